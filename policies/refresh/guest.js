// Runs inside an empty script context, together with the text of foreign packages: no Node module,
// no process, no network and no files exist here. It receives and returns JSON text only.
//
// The value of this script is a function from the input text to the output text. The input names the
// packages, the entry package and the partitions; the output is one of
//   {partitions}         the printed policies of each partition, checked against the lists
//   {needs: [name]}      a package whose values were read but which was not handed over yet
//   {error: text}
(function (inputText) {
	'use strict';
	const input = JSON.parse(inputText);
	const needs = [];
	const cache = new Map();
	const FOLDER = 'dist/api/iam-validation/';

	const normalize = (path) => {
		const parts = [];
		for (const part of path.split('/')) {
			if (part === '..') {
				if (parts.length === 0) throw new Error('path leaves the package: ' + path);
				parts.pop();
			} else if (part !== '.' && part !== '') {
				parts.push(part);
			}
		}
		return parts.join('/');
	};

	const findFile = (pack, path) => {
		const base = normalize(path);
		for (const candidate of [base, base + '.js', base + '.json', base + '/index.js']) {
			if (Object.hasOwn(pack.files, candidate)) return candidate;
		}
		throw new Error(pack.name + ' ' + pack.version + ' has no file ' + base);
	};

	const pickCondition = (target) => {
		if (typeof target === 'string') return target;
		if (target === null || typeof target !== 'object') return undefined;
		for (const condition of Object.keys(target)) {
			if (['node', 'require', 'default'].includes(condition)) {
				const picked = pickCondition(target[condition]);
				if (picked !== undefined) return picked;
			}
		}
		return undefined;
	};

	const resolveExport = (pack, subpath) => {
		const table = pack.manifest.exports;
		if (table === undefined) {
			return subpath === '.' ? pack.manifest.main || 'index.js' : subpath;
		}
		const entry = typeof table === 'string' || !('.' in table) ? {'.': table} : table;
		const target = pickCondition(entry[subpath]);
		if (target === undefined) {
			throw new Error(pack.name + ' ' + pack.version + ' does not export ' + subpath);
		}
		return target;
	};

	const evaluateFile = (pack, path) => {
		const file = findFile(pack, path);
		const key = pack.name + '/' + file;
		const known = cache.get(key);
		if (known) return known.exports;
		const module = {exports: {}};
		cache.set(key, module);
		if (file.endsWith('.json')) {
			module.exports = JSON.parse(pack.files[file]);
			return module.exports;
		}
		const folder = file.split('/').slice(0, -1).join('/');
		const localRequire = (specifier) =>
			specifier.startsWith('.')
				? evaluateFile(pack, folder + '/' + specifier)
				: standIn(specifier, key);
		const body = new Function(
			'exports', 'require', 'module', '__filename', '__dirname',
			pack.files[file] + '\n//# sourceURL=' + key,
		);
		body.call(module.exports, module.exports, localRequire, module, '/' + key, '/' + pack.name + '/' + folder);
		return module.exports;
	};

	const evaluateExternal = (specifier, requiredBy) => {
		const parts = specifier.split('/');
		const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
		if (!input.permitted.includes(name)) {
			throw new Error(requiredBy + ' uses ' + specifier + ', which the lists may not depend on');
		}
		const pack = input.packages[name];
		if (!pack) {
			needs.push(name);
			throw new Error(requiredBy + ' needs ' + name);
		}
		const rest = parts.slice(name.split('/').length).join('/');
		return evaluateFile(pack, resolveExport(pack, rest === '' ? '.' : './' + rest));
	};

	// Another package is evaluated when one of its values is read, not when it is required: the
	// lists stand next to code that requires cloud clients without needing them for the lists.
	const standIn = (specifier, requiredBy) => {
		const real = () => evaluateExternal(specifier, requiredBy);
		const permitted = input.permitted.some((name) => specifier === name || specifier.startsWith(name + '/'));
		return new Proxy({}, {
			get: (_, property) => {
				if (!permitted && property === '__esModule') return undefined;
				return real()[property];
			},
			has: (_, property) => property in real(),
			ownKeys: () => Reflect.ownKeys(real()),
			getOwnPropertyDescriptor: (_, property) => {
				const found = Reflect.getOwnPropertyDescriptor(real(), property);
				return found && {value: real()[property], enumerable: found.enumerable, configurable: true, writable: true};
			},
		});
	};

	const only = (names, description) => {
		if (names.length !== 1) {
			throw new Error('expected one file with the ' + description + ', found ' + names.length);
		}
		return names[0];
	};

	const evaluate = () => {
		const pack = input.packages[input.entry];
		const has = (name) => Object.hasOwn(pack.files, FOLDER + name);
		const userFile = only(['user-permissions.js', 'required-permissions.js'].filter(has), 'list of the user');
		const user = evaluateFile(pack, FOLDER + userFile);
		const role = evaluateFile(pack, FOLDER + 'role-permissions.js');
		const printed = evaluateFile(pack, FOLDER + 'suggested-policy.js');

		const knowsPartitions = typeof user.getRequiredPermissions === 'function';
		if (knowsPartitions !== (typeof role.getRolePermissions === 'function')) {
			throw new Error('only one of the two lists is a function of the partition');
		}
		if (knowsPartitions !== input.partitions.length > 1) {
			throw new Error(
				knowsPartitions
					? 'the lists are functions of the partition, but no partition besides aws was found'
					: 'partitions were found, but the lists are not functions of the partition',
			);
		}
		const document = (list, statementId) => ({
			Version: '2012-10-17',
			Statement: list.map((entry, index) => ({
				Sid: statementId(entry, index),
				Effect: 'Allow',
				Action: entry.actions,
				Resource: entry.resource,
			})),
		});
		const same = (left, right, description) => {
			if (JSON.stringify(left) !== JSON.stringify(right)) {
				throw new Error('the printed ' + description + ' policy differs from the list');
			}
		};
		const partitions = {};
		for (const partition of input.partitions) {
			const options = knowsPartitions ? [{partition}] : [];
			const userPolicy = JSON.parse(printed.getUserPolicy(...options));
			const rolePolicy = JSON.parse(printed.getRolePolicy(...options));
			const userList = knowsPartitions ? user.getRequiredPermissions(partition) : user.requiredPermissions;
			const roleList = knowsPartitions ? role.getRolePermissions(partition) : role.rolePermissions;
			same(userPolicy, document(userList, (entry) => entry.id), partition + ' user');
			same(rolePolicy, document(roleList, (_, index) => String(index)), partition + ' role');
			if (partition === 'aws') {
				same(userPolicy, JSON.parse(printed.getUserPolicy()), 'default user');
				same(rolePolicy, JSON.parse(printed.getRolePolicy()), 'default role');
			} else if (JSON.stringify(partitions.aws) === JSON.stringify({user: userPolicy, role: rolePolicy})) {
				throw new Error('the policies for ' + partition + ' are those for aws');
			}
			partitions[partition] = {user: userPolicy, role: rolePolicy};
		}
		return {partitions};
	};

	let output;
	try {
		output = evaluate();
	} catch (error) {
		output = {error: String((error && error.message) || error)};
	}
	return JSON.stringify(needs.length > 0 ? {needs: [...new Set(needs)]} : output);
});
