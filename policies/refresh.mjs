// Refreshes the lists of what each Remotion version needs from the published packages, or checks
// that they still agree. For maintainers; see README.md beside this file. Needs Node 20 or newer
// and npm, and no package.

import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {compareVersion, compareWhole} from './refresh/compare.mjs';
import {PRODUCTS, joinRuns, readFiles, writeFiles} from './refresh/files.mjs';
import {mapBounded} from './refresh/parallel.mjs';
import {RegistryError, openRegistry} from './refresh/registry.mjs';
import {compareVersions, isStable} from './refresh/versions.mjs';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const AT_ONCE = 8;
const USAGE = `usage: node policies/refresh.mjs [--cache DIR]
       node policies/refresh.mjs --check [--around-changes] [PRODUCT@VERSION ...] [--cache DIR]

Without --check, writes the files of all stable versions that the registry offers.
With --check, compares without writing: all versions, or only those named, or with
--around-changes those on both sides of each change (the newest known one among them).

exit codes: 0 done, or no difference; 1 differences, or a version that cannot be evaluated;
2 a wrong call; 3 the registry could not be asked`;

class UsageError extends Error {}

const say = (line) => process.stdout.write(`${line}\n`);

const readArguments = () => {
	let parsed;
	try {
		parsed = parseArgs({
			allowPositionals: true,
			options: {
				check: {type: 'boolean', default: false},
				'around-changes': {type: 'boolean', default: false},
				cache: {type: 'string', default: path.join(ROOT, '..', 'target', 'policies-cache')},
				help: {type: 'boolean', default: false},
			},
		});
	} catch (error) {
		throw new UsageError(error.message);
	}
	const {values, positionals} = parsed;
	const named = positionals.map((argument) => {
		const [product, version, ...rest] = argument.split('@');
		if (!Object.hasOwn(PRODUCTS, product) || !isStable(version) || rest.length > 0) {
			throw new UsageError(`${argument} is not of the form lambda@4.0.1 or cloudrun@4.0.1`);
		}
		return {product, version};
	});
	const aroundChanges = values['around-changes'];
	if (!values.check && (named.length > 0 || aroundChanges)) {
		throw new UsageError('versions can be chosen only together with --check');
	}
	return {...values, named, aroundChanges, all: named.length === 0 && !aroundChanges};
};

const evaluateVersion = async (registry, product, version) => {
	const {package: name, evaluate} = PRODUCTS[product];
	const entry = await registry.load(name, version);
	try {
		return {version, ...(await evaluate(registry, entry))};
	} catch (error) {
		if (error instanceof RegistryError) {
			throw error;
		}
		return {version, problem: `cannot be evaluated: ${error.message}`};
	}
};

const evaluateAll = (registry, product, versions) =>
	mapBounded(versions, AT_ONCE, (version) => evaluateVersion(registry, product, version));

const reportWithoutLists = (product, results) => {
	for (const {version, list, problem} of results) {
		if (!list && !problem) {
			say(`${product} ${version}: has no lists`);
		}
	}
};

// A version without lists is believed only before the first one that has them: later, it means that
// the package moved its lists to where this tool does not look.
const problemsOf = (product, results) => {
	const first = results.find(({list}) => list)?.version;
	return results.flatMap(({version, list, problem}) => {
		if (problem) {
			return [`${product} ${version}: ${problem}`];
		}
		return list || (first && compareVersions(version, first) < 0)
			? []
			: [`${product} ${version}: has no lists where the tool looks, although ${first ?? 'no version'} has them`];
	});
};

const refresh = async (registry) => {
	const problems = [];
	const outcome = {};
	for (const [product, {package: name}] of Object.entries(PRODUCTS)) {
		const results = await evaluateAll(registry, product, await registry.versions(name));
		reportWithoutLists(product, results);
		problems.push(...problemsOf(product, results));
		outcome[product] = joinRuns(product, results.filter(({list}) => list));
	}
	if (problems.length > 0) {
		return problems;
	}
	for (const [product, files] of Object.entries(outcome)) {
		const before = new Set((await readFiles(ROOT, product)).files.flatMap(({seen}) => seen));
		const now = new Set(files.flatMap(({seen}) => seen));
		for (const version of before) {
			if (!now.has(version)) {
				say(`${product} ${version}: dropped, the registry does not have this version any more`);
			}
		}
		for (const change of await writeFiles(ROOT, product, files)) {
			say(change);
		}
		say(`${product}: ${now.size} versions in ${files.length} files, ${files[0]?.first} to ${[...now].at(-1)}`);
	}
	return [];
};

const chosenVersions = (files, product, options) => {
	const chosen = options.named.filter((entry) => entry.product === product).map(({version}) => version);
	if (options.aroundChanges) {
		chosen.push(...files.flatMap(({seen}) => [seen[0], seen.at(-1)]));
	}
	return [...new Set(chosen)].sort(compareVersions);
};

// Not a difference: that a version came out is no fault of what is committed.
const noteNewer = (product, files, offered) => {
	const newest = files.at(-1)?.seen.at(-1);
	const newer = newest ? offered.filter((version) => compareVersions(version, newest) > 0) : [];
	if (newer.length > 0) {
		say(`${product}: ${newer.length} versions are newer than the newest recorded one, ${newest}`);
	}
};

const check = async (registry, options) => {
	const found = [];
	for (const [product, {package: name}] of Object.entries(PRODUCTS)) {
		const {files, problems} = await readFiles(ROOT, product);
		found.push(...problems);
		const chosen = options.all ? undefined : chosenVersions(files, product, options);
		if (chosen?.length === 0) {
			continue;
		}
		const offered = await registry.versions(name);
		const wanted = chosen ?? offered;
		const results = await evaluateAll(registry, product, wanted.filter((version) => offered.includes(version)));
		reportWithoutLists(product, results);
		if (options.all) {
			found.push(...compareWhole(product, files, results));
		} else {
			found.push(
				...wanted
					.filter((version) => !offered.includes(version))
					.map((version) => `${product} ${version}: the registry does not have this version`),
				...results.flatMap((result) => compareVersion(product, files, result)),
			);
		}
		noteNewer(product, files, offered);
		say(`${product}: compared ${results.length} of ${offered.length} versions with ${files.length} files`);
	}
	return found;
};

const main = async () => {
	const options = readArguments();
	if (options.help) {
		say(USAGE);
		return 0;
	}
	const registry = await openRegistry(path.resolve(options.cache));
	const found = options.check ? await check(registry, options) : await refresh(registry);
	for (const line of found) {
		process.stderr.write(`${line}\n`);
	}
	if (found.length > 0) {
		process.stderr.write(
			options.check
				? `differences: ${found.length}; run node policies/refresh.mjs and review what it changes\n`
				: `problems: ${found.length}; nothing was written\n`,
		);
	}
	return found.length > 0 ? 1 : 0;
};

try {
	process.exitCode = await main();
} catch (error) {
	if (error instanceof UsageError) {
		process.stderr.write(`${error.message}\n${USAGE}\n`);
		process.exitCode = 2;
	} else if (error instanceof RegistryError) {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 3;
	} else {
		throw error;
	}
}
