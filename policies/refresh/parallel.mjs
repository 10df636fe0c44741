// Bounded parallel work and repeated attempts.

/** Runs `work` on every item, at most `limit` at a time, and gives the results in the items' order. */
export const mapBounded = async (items, limit, work) => {
	const results = new Array(items.length);
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const index = next;
			next += 1;
			results[index] = await work(items[index]);
		}
	};
	await Promise.all(Array.from({length: Math.min(limit, items.length)}, worker));
	return results;
};

/** Tries `work` up to four times with growing pauses; an error with `final` set is not repeated. */
export const withRetries = async (work) => {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (error.final || attempt === 4) {
				throw error;
			}
			await new Promise((resolve) => {
				setTimeout(resolve, 250 * 4 ** (attempt - 1));
			});
		}
	}
};

/** A function that computes the value of each key once and shares the promise afterwards. */
export const once = (compute) => {
	const known = new Map();
	return (key) => {
		if (!known.has(key)) {
			known.set(key, compute(key));
		}
		return known.get(key);
	};
};

/** A function that joins callers with the same key while the work for it is under way. */
export const shareRunning = () => {
	const running = new Map();
	return (key, work) => {
		if (!running.has(key)) {
			running.set(
				key,
				work().finally(() => running.delete(key)),
			);
		}
		return running.get(key);
	};
};
