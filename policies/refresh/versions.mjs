// Stable version numbers and their order.
//
// Only `major.minor.patch` counts here: prereleases do not fit into the line (a later-sorting alpha
// may carry an older list), so the tool never asks for them.

const STABLE = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Whether `version` is a plain `major.minor.patch`. */
export const isStable = (version) => typeof version === 'string' && STABLE.test(version);

/** Orders two stable versions by their numbers, for `Array.prototype.sort`. */
export const compareVersions = (left, right) => {
	const leftNumbers = left.split('.').map(Number);
	const rightNumbers = right.split('.').map(Number);
	for (let index = 0; index < 3; index += 1) {
		if (leftNumbers[index] !== rightNumbers[index]) {
			return leftNumbers[index] - rightNumbers[index];
		}
	}
	return 0;
};

/** The nearest versions below and above `version` in the ascending list `sorted`. */
export const neighbours = (version, sorted) => ({
	below: sorted.findLast((other) => compareVersions(other, version) < 0),
	above: sorted.find((other) => compareVersions(other, version) > 0),
});
