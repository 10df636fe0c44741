// Reads the text files of a package's tarball in memory; nothing of it is ever unpacked to disk.

import {gunzipSync} from 'node:zlib';

const BLOCK = 512;
const MAX_UNPACKED = 512 * 1024 * 1024;
// Bundled archives and browsers' files are of no interest; a list is a few kilobytes.
const MAX_TEXT = 2 * 1024 * 1024;
const TEXT = /\.(?:c?js|json|d\.ts)$/;

const text = (buffer, start, length) => {
	const field = buffer.subarray(start, start + length);
	const end = field.indexOf(0);
	return field.toString('utf8', 0, end === -1 ? length : end);
};

const octal = (buffer, start, length) => {
	const digits = text(buffer, start, length).trim();
	if (!/^[0-7]*$/.test(digits)) {
		throw new Error('tarball has a header whose size is not an octal number');
	}
	return digits === '' ? 0 : Number.parseInt(digits, 8);
};

// A pax header is a sequence of `<length> <key>=<value>\n`; only the path matters here.
const paxPath = (buffer) => {
	let offset = 0;
	let path;
	while (offset < buffer.length) {
		const space = buffer.indexOf(0x20, offset);
		const length = space === -1 ? Number.NaN : Number(buffer.toString('utf8', offset, space));
		if (!Number.isInteger(length) || length <= space - offset || offset + length > buffer.length) {
			throw new Error('tarball has a malformed extended header');
		}
		const record = buffer.toString('utf8', space + 1, offset + length - 1);
		if (record.startsWith('path=')) {
			path = record.slice('path='.length);
		}
		offset += length;
	}
	return path;
};

/**
 * The script, JSON and type declaration files of the gzipped tarball `archive`, as an object from
 * the path inside the package (without the leading folder) to the text.
 */
export const readTextFiles = (archive) => {
	const tar = gunzipSync(archive, {maxOutputLength: MAX_UNPACKED});
	const files = Object.create(null);
	let longPath;
	for (let offset = 0; offset + BLOCK <= tar.length; ) {
		const header = tar.subarray(offset, offset + BLOCK);
		if (header.every((byte) => byte === 0)) {
			break;
		}
		const size = octal(header, 124, 12);
		const type = String.fromCharCode(header[156]);
		const start = offset + BLOCK;
		if (start + size > tar.length) {
			throw new Error('tarball is cut off');
		}
		const content = tar.subarray(start, start + size);
		offset = start + Math.ceil(size / BLOCK) * BLOCK;
		if (type === 'x') {
			longPath = paxPath(content) ?? longPath;
			continue;
		}
		if (type === 'L') {
			longPath = text(content, 0, content.length);
			continue;
		}
		const prefix = text(header, 345, 155);
		const name = text(header, 0, 100);
		const fullPath = longPath ?? (prefix === '' ? name : `${prefix}/${name}`);
		if (type === 'g') {
			continue;
		}
		longPath = undefined;
		const path = fullPath.split('/').slice(1).join('/');
		if ((type === '0' || type === '\0') && TEXT.test(path) && size <= MAX_TEXT) {
			files[path] = content.toString('utf8');
		}
	}
	return files;
};
