// The committed files: one per run of published versions that need the same.

import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {assertPolicy, evaluateCloudRun, evaluateLambda} from './evaluate.mjs';
import {compareVersions, isStable} from './versions.mjs';

/** The two products: the package that holds the lists, and how to evaluate one version of it. */
export const PRODUCTS = {
	lambda: {package: '@remotion/lambda', evaluate: evaluateLambda, content: 'partitions'},
	cloudrun: {package: '@remotion/cloudrun', evaluate: evaluateCloudRun, content: 'permissions'},
};

/** The text of a file, exactly as it is committed. */
export const serialize = (file) => `${JSON.stringify(file, null, 2)}\n`;

/**
 * Joins evaluated versions into files: `results` is ascending, each `{version, list, neighbours}`.
 * A list that comes back after another one starts a file of its own.
 */
export const joinRuns = (product, results) => {
	const runs = [];
	for (const {version, list, neighbours} of results) {
		const key = JSON.stringify(list);
		if (runs.at(-1)?.key !== key) {
			runs.push({key, list, seen: [], replaced: {}});
		}
		const run = runs.at(-1);
		run.seen.push(version);
		if (neighbours) {
			run.replaced[version] = neighbours;
		}
	}
	return runs.map(({list, seen, replaced}) => ({
		product,
		first: seen[0],
		seen,
		...(Object.keys(replaced).length > 0 ? {evaluated_with_neighbours: replaced} : {}),
		...list,
	}));
};

const assertNeighbours = (replaced, seen) => {
	if (replaced === null || typeof replaced !== 'object' || Object.keys(replaced).length === 0) {
		throw new Error('"evaluated_with_neighbours" is not an object with entries');
	}
	for (const [version, names] of Object.entries(replaced)) {
		if (!seen.includes(version) || !Array.isArray(names) || names.length < 2) {
			throw new Error(`"evaluated_with_neighbours" has a wrong entry for ${version}`);
		}
	}
};

const assertContent = (product, file) => {
	if (product === 'cloudrun') {
		const names = file.permissions;
		if (!Array.isArray(names) || names.length === 0 || !names.every((name) => /^[a-z]+\.[A-Za-z.]+$/.test(name))) {
			throw new Error('"permissions" is not a list of permission names');
		}
		return;
	}
	if (Object.keys(file.partitions ?? {})[0] !== 'aws') {
		throw new Error('"partitions" does not start with aws');
	}
	for (const [partition, policies] of Object.entries(file.partitions)) {
		if (Object.keys(policies ?? {}).join(' ') !== 'user role') {
			throw new Error(`partition ${partition} does not have exactly a user and a role policy`);
		}
		assertPolicy(policies.user, `the ${partition} user policy`);
		assertPolicy(policies.role, `the ${partition} role policy`);
	}
};

const parseFile = (product, name, text) => {
	const file = JSON.parse(text);
	const keys = Object.keys(file ?? {}).filter((key) => key !== 'evaluated_with_neighbours');
	if (keys.join(' ') !== `product first seen ${PRODUCTS[product].content}`) {
		throw new Error(`the keys are ${keys.join(', ') || 'missing'}`);
	}
	const {seen} = file;
	if (!Array.isArray(seen) || seen.length === 0 || !seen.every(isStable)) {
		throw new Error('"seen" is not a list of stable versions');
	}
	if (seen.some((version, index) => index > 0 && compareVersions(seen[index - 1], version) >= 0)) {
		throw new Error('"seen" is not in ascending order');
	}
	if (file.product !== product || file.first !== seen[0] || name !== `${file.first}.json`) {
		throw new Error('product, first version and file name do not agree');
	}
	if (file.evaluated_with_neighbours !== undefined) {
		assertNeighbours(file.evaluated_with_neighbours, seen);
	}
	assertContent(product, file);
	if (serialize(file) !== text) {
		throw new Error('the formatting is not two spaces with a final newline');
	}
	return file;
};

/** The committed files of a product in ascending order, and what is wrong with them. */
export const readFiles = async (root, product) => {
	const folder = path.join(root, product);
	const files = [];
	const problems = [];
	let names;
	try {
		names = await readdir(folder);
	} catch (error) {
		return {files, problems: [`${product}: the folder cannot be read: ${error.code}`]};
	}
	for (const name of names.sort()) {
		try {
			files.push(parseFile(product, name, await readFile(path.join(folder, name), 'utf8')));
		} catch (error) {
			problems.push(`${product}/${name}: malformed: ${error.message}`);
		}
	}
	files.sort((left, right) => compareVersions(left.first, right.first));
	for (const [index, file] of files.entries()) {
		const previous = files[index - 1];
		if (!previous) {
			continue;
		}
		if (compareVersions(previous.seen.at(-1), file.first) >= 0) {
			problems.push(`${product}/${file.first}.json: its versions overlap with those of ${previous.first}.json`);
		}
		const {content} = PRODUCTS[product];
		if (JSON.stringify(previous[content]) === JSON.stringify(file[content])) {
			problems.push(`${product}/${file.first}.json: the same list as ${previous.first}.json before it`);
		}
	}
	return {files, problems};
};

/** Writes `files` as the only JSON files of a product; gives the names of those that changed. */
export const writeFiles = async (root, product, files) => {
	const folder = path.join(root, product);
	await mkdir(folder, {recursive: true});
	const changed = [];
	const wanted = new Map(files.map((file) => [`${file.first}.json`, serialize(file)]));
	for (const name of await readdir(folder)) {
		if (name.endsWith('.json') && !wanted.has(name)) {
			await rm(path.join(folder, name));
			changed.push(`${product}/${name} removed`);
		}
	}
	for (const [name, text] of wanted) {
		const target = path.join(folder, name);
		const present = await readFile(target, 'utf8').catch(() => undefined);
		if (present !== text) {
			await writeFile(target, text);
			changed.push(`${product}/${name} ${present === undefined ? 'added' : 'changed'}`);
		}
	}
	return changed;
};
