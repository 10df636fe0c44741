// Everything that is asked of the package registry, always the one that npm is configured for.

import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {gunzipSync, gzipSync} from 'node:zlib';

import {once, shareRunning, withRetries} from './parallel.mjs';
import {readTextFiles} from './tarball.mjs';
import {compareVersions, isStable} from './versions.mjs';

/** The registry, or a package in it, could not be read; says nothing about the lists. */
export class RegistryError extends Error {}

const run = promisify(execFile);
const MAX_ARCHIVE = 64 * 1024 * 1024;
const MAX_ANSWER = 64 * 1024 * 1024;
// Raised when what is kept of a package changes, so that an older cache is not believed.
const CACHE_LAYOUT = 1;

const npm = async (args, cwd) => {
	const windows = process.platform === 'win32';
	const {stdout} = await run(windows ? 'npm.cmd' : 'npm', args, {
		cwd: cwd ?? tmpdir(),
		maxBuffer: MAX_ANSWER,
		shell: windows,
	});
	return stdout;
};

// npm says what failed in its first lines; advice and the place of its log follow.
const whatFailed = (error) =>
	String(error.stderr || error.message)
		.split('\n')
		.filter((line) => line.trim() !== '' && !line.startsWith('npm warn'))
		.slice(0, 3)
		.map((line) => line.replace(/^npm error\s*/, ''))
		.join('; ');

// Outside any project, so that no workspace or project setting around the caller changes the answer.
const describeVersions = (specifier) =>
	withRetries(async () => {
		let answer;
		try {
			answer = await npm(['view', specifier, 'name', 'version', 'dist', '--json']);
		} catch (error) {
			throw new RegistryError(`npm could not describe ${specifier}: ${whatFailed(error)}`);
		}
		if (answer.trim() === '') {
			return new Map();
		}
		const parsed = JSON.parse(answer);
		const entries = (Array.isArray(parsed) ? parsed : [parsed])
			.filter((entry) => isStable(entry.version))
			.sort((left, right) => compareVersions(left.version, right.version));
		return new Map(entries.map((entry) => [entry.version, entry.dist]));
	});

const verifyIntegrity = (archive, integrity, label) => {
	const offered = String(integrity ?? '').split(/\s+/).filter((entry) => entry.startsWith('sha512-'));
	const actual = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
	if (!offered.includes(actual)) {
		throw new Error(`${label}: the tarball does not match the registry's sha512 checksum`);
	}
};

const fetchTarball = async (url) => {
	const response = await fetch(url, {signal: AbortSignal.timeout(120_000)});
	if (!response.ok) {
		throw Object.assign(new Error(`the registry answered ${response.status} for a tarball`), {
			final: response.status >= 400 && response.status < 500 && response.status !== 429,
		});
	}
	if (Number(response.headers.get('content-length') ?? 0) > MAX_ARCHIVE) {
		throw Object.assign(new Error('the tarball is larger than 64 MiB'), {final: true});
	}
	const parts = [];
	let size = 0;
	for await (const part of response.body) {
		size += part.length;
		if (size > MAX_ARCHIVE) {
			throw Object.assign(new Error('the tarball is larger than 64 MiB'), {final: true});
		}
		parts.push(part);
	}
	return Buffer.concat(parts);
};

// Slower, but it knows npm's proxy, certificates and logins.
const packTarball = async (specifier) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'policies-refresh-'));
	try {
		const answer = await npm(
			['pack', specifier, '--ignore-scripts', '--json', '--pack-destination', folder],
			folder,
		);
		return await readFile(path.join(folder, path.basename(JSON.parse(answer)[0].filename)));
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
};

const download = async (name, version, dist) => {
	const label = `${name} ${version}`;
	let reason;
	try {
		return await withRetries(async () => {
			const archive = await fetchTarball(dist.tarball);
			verifyIntegrity(archive, dist.integrity, label);
			return archive;
		});
	} catch (error) {
		reason = error.cause?.message ?? error.message;
	}
	try {
		const archive = await packTarball(`${name}@${version}`);
		verifyIntegrity(archive, dist.integrity, label);
		return archive;
	} catch (error) {
		throw new RegistryError(
			`${label} could not be downloaded: ${reason}; npm pack: ${whatFailed(error)}`,
		);
	}
};

const readCache = async (file, integrity) => {
	try {
		const cached = JSON.parse(gunzipSync(await readFile(file)));
		return cached.layout === CACHE_LAYOUT && cached.integrity === integrity ? cached : undefined;
	} catch {
		return undefined;
	}
};

const writeCache = async (file, content) => {
	const partial = `${file}.${process.pid}.part`;
	await writeFile(partial, gzipSync(JSON.stringify(content), {level: 4}));
	await rename(partial, file);
};

/**
 * A view of the registry that keeps the text files of downloaded packages in `cacheFolder`.
 *
 * `versions(name)` gives the stable versions in ascending order, `newestMatching(name, range)` the
 * newest stable version in a range (or undefined), `load(name, version)` the package as
 * `{name, version, manifest, files}`.
 */
export const openRegistry = async (cacheFolder) => {
	await mkdir(cacheFolder, {recursive: true});
	const catalogue = once((name) => describeVersions(`${name}@>=0.0.0`));
	const matching = once((specifier) => describeVersions(specifier));

	const loadOnce = shareRunning();

	const loadPackage = async (name, version) => {
		const dist = (await catalogue(name)).get(version);
		if (!dist) {
			throw new RegistryError(`the registry has no ${name} ${version}`);
		}
		const file = path.join(cacheFolder, `${name.replaceAll('/', '+')}-${version}.json.gz`);
		let content = await readCache(file, dist.integrity);
		if (!content) {
			const archive = await download(name, version, dist);
			content = {
				layout: CACHE_LAYOUT,
				integrity: dist.integrity,
				files: readTextFiles(archive),
			};
			await writeCache(file, content);
		}
		const manifest = JSON.parse(content.files['package.json'] ?? 'null');
		if (manifest?.name !== name || manifest?.version !== version) {
			throw new Error(`the tarball of ${name} ${version} names itself otherwise in package.json`);
		}
		return {name, version, manifest, files: content.files};
	};

	return {
		versions: async (name) => [...(await catalogue(name)).keys()],
		newestMatching: async (name, range) => [...(await matching(`${name}@${range}`)).keys()].at(-1),
		load: (name, version) => loadOnce(`${name}@${version}`, () => loadPackage(name, version)),
	};
};
