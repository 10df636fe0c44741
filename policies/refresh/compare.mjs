// Names the differences between what is committed and what the packages say.

import {PRODUCTS, joinRuns, serialize} from './files.mjs';
import {compareVersions} from './versions.mjs';

/** The first few places where two JSON values differ, each as a line of text. */
export const differences = (committed, published, place = '') => {
	if (JSON.stringify(committed) === JSON.stringify(published)) {
		return [];
	}
	const isContainer = (value) => value !== null && typeof value === 'object';
	if (!isContainer(committed) || !isContainer(published) || Array.isArray(committed) !== Array.isArray(published)) {
		const show = (value) => (value === undefined ? 'nothing' : JSON.stringify(value));
		return [`${place}: committed ${show(committed)}, published ${show(published)}`];
	}
	const keys = [...new Set([...Object.keys(committed), ...Object.keys(published)])];
	const found = keys.flatMap((key) => {
		const step = Array.isArray(committed) ? `[${key}]` : `${place === '' ? '' : '.'}${key}`;
		return differences(committed[key], published[key], place + step);
	});
	return found.length > 0 ? found.slice(0, 5) : [`${place}: the keys stand in another order`];
};

/** The differences of one evaluated version against the committed files of its product. */
export const compareVersion = (product, files, result) => {
	const {version, list, neighbours, problem} = result;
	const label = `${product} ${version}`;
	if (problem) {
		return [`${label}: ${problem}`];
	}
	const file = files.find(({seen}) => seen.includes(version));
	if (!list) {
		if (file) {
			return [`${label}: recorded in ${file.first}.json, but the package has no lists`];
		}
		const first = files[0]?.first;
		return first && compareVersions(version, first) > 0
			? [`${label}: has no lists where the tool looks, although ${first} has them`]
			: [];
	}
	if (!file) {
		return [`${label}: not recorded in any file`];
	}
	const {content} = PRODUCTS[product];
	return [
		...differences({[content]: file[content]}, list),
		...differences(
			file.evaluated_with_neighbours?.[version] ?? [],
			neighbours ?? [],
			'evaluated_with_neighbours',
		),
	].map((difference) => `${label}: ${difference}`);
};

/** The differences that only show when every version of the registry was evaluated. */
export const compareWhole = (product, files, results) => {
	const published = new Set(results.map(({version}) => version));
	const gone = files
		.flatMap(({seen}) => seen)
		.filter((version) => !published.has(version))
		.map((version) => `${product} ${version}: recorded, but the registry does not have this version`);
	const each = results.flatMap((result) => compareVersion(product, files, result));
	if (gone.length + each.length > 0) {
		return [...gone, ...each];
	}
	// Everything recorded is right by itself; what remains is how it is cut into files.
	const expected = joinRuns(product, results.filter(({list}) => list));
	const committed = new Map(files.map((file) => [file.first, serialize(file)]));
	return [...new Set([...expected.map(({first}) => first), ...committed.keys()])]
		.filter((first) => {
			const file = expected.find((candidate) => candidate.first === first);
			return file === undefined || serialize(file) !== committed.get(first);
		})
		.map((first) => `${product}/${first}.json: not what a refresh would write`);
};
