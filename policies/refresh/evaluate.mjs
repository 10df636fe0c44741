// What one published version says that it needs.

import {spawn} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {fileURLToPath} from 'node:url';

import {isStable, neighbours} from './versions.mjs';

const GUEST = new URL('./guest.js', import.meta.url);
const SANDBOX = fileURLToPath(new URL('./sandbox.mjs', import.meta.url));
const MAX_ANSWER = 4 * 1024 * 1024;

// The packages whose constants the lists may be built from; whatever else a file requires must not
// be read while the lists are evaluated.
const COMPANIONS = ['aws-policies', '@remotion/lambda-client', '@remotion/serverless', 'remotion'];

// No file but the sandbox itself, little memory, and no compiling of text outside the guest's own
// context: an object of the sandbox that the guest got hold of is then of no use to it.
const sandboxFlags = () => {
	const known = process.allowedNodeEnvironmentFlags;
	return [
		known.has('--permission') ? '--permission' : '--experimental-permission',
		`--allow-fs-read=${SANDBOX}`,
		'--disallow-code-generation-from-strings',
		'--max-old-space-size=256',
		'--no-warnings',
	];
};

const runSandbox = (message) =>
	new Promise((resolve, reject) => {
		const child = spawn(
			process.execPath,
			[...sandboxFlags(), SANDBOX],
			{env: {}, cwd: tmpdir(), stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL'},
		);
		let answer = '';
		let complaint = '';
		child.stdout.setEncoding('utf8').on('data', (part) => {
			answer += part;
			if (answer.length > MAX_ANSWER) {
				child.kill('SIGKILL');
			}
		});
		child.stderr.setEncoding('utf8').on('data', (part) => {
			complaint = (complaint + part).slice(-2000);
		});
		child.on('error', reject);
		child.on('close', (code, signal) => {
			if (code === 0) {
				resolve(JSON.parse(answer));
			} else {
				reject(new Error(`the evaluation was ended (${signal ?? `code ${code}`}): ${complaint.trim()}`));
			}
		});
		child.stdin.on('error', () => {});
		child.stdin.end(JSON.stringify(message));
	});

// Partitions are named by a type declaration (erased from the scripts) or compared with in the list.
const namedPartitions = (pack, paths) => {
	const found = [];
	for (const path of paths) {
		for (const [, union] of pack.files[path].matchAll(/\btype AwsPartition =([^;]*);/g)) {
			found.push(...Array.from(union.matchAll(/['"](aws[a-z-]*)['"]/g), (match) => match[1]));
		}
		for (const [, name] of pack.files[path].matchAll(/\bpartition\s*[!=]==?\s*['"](aws[a-z-]*)['"]/g)) {
			found.push(name);
		}
	}
	return found;
};

const knownPartitions = (entry, companions) => {
	const isList = (path) => path.startsWith('dist/api/iam-validation/');
	const named = namedPartitions(entry, Object.keys(entry.files).filter(isList));
	const takesPartition = Object.keys(entry.files)
		.filter((path) => isList(path) && path.endsWith('.d.ts'))
		.some((path) => /\bAwsPartition\b/.test(entry.files[path]));
	if (takesPartition) {
		for (const companion of companions) {
			const declarations = Object.keys(companion.files).filter((path) => path.endsWith('.d.ts'));
			named.push(...namedPartitions(companion, declarations));
		}
	}
	const others = [...new Set(named)].filter((name) => name !== 'aws').sort();
	return ['aws', ...others];
};

// The version of a companion that an installation of `entry` would bring along.
const companionVersion = async (registry, entry, name) => {
	const declared = entry.manifest.dependencies?.[name];
	if (isStable(declared)) {
		return declared;
	}
	if (name === 'aws-policies') {
		const newest = await registry.newestMatching(name, declared ?? '*');
		if (!newest) {
			throw new Error(`the registry has no ${name} that matches ${declared}`);
		}
		return newest;
	}
	return entry.version;
};

const evaluateWith = async (registry, entry, side) => {
	const guest = await readFile(GUEST, 'utf8');
	const companions = [];
	const replaced = [];
	for (;;) {
		const packages = {};
		for (const pack of [entry, ...companions]) {
			const scripts = Object.entries(pack.files).filter(([path]) => !path.endsWith('.d.ts'));
			packages[pack.name] = {...pack, files: Object.fromEntries(scripts)};
		}
		const input = JSON.stringify({
			packages,
			entry: entry.name,
			permitted: COMPANIONS,
			partitions: knownPartitions(entry, companions),
		});
		const answer = await runSandbox({guest, input});
		if (!answer.needs) {
			if (answer.error) {
				throw new Error(answer.error);
			}
			return {partitions: answer.partitions, replaced};
		}
		for (const name of answer.needs) {
			const wanted = await companionVersion(registry, entry, name);
			const available = await registry.versions(name);
			let version = wanted;
			if (!available.includes(wanted)) {
				version = neighbours(wanted, available)[side];
				if (!version) {
					throw new Error(`the registry has neither ${name} ${wanted} nor one ${side} it`);
				}
				replaced.push(`${name} ${version}`);
			}
			companions.push(await registry.load(name, version));
		}
	}
};

const isTextList = (value) =>
	Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '');

/** Throws unless `policy` is a policy document of the plain shape that Remotion prints. */
export const assertPolicy = (policy, description) => {
	const statements = policy?.Statement;
	if (policy?.Version !== '2012-10-17' || !Array.isArray(statements) || statements.length === 0) {
		throw new Error(`${description} is not a policy document`);
	}
	for (const [index, statement] of statements.entries()) {
		const keys = Object.keys(statement ?? {}).join(' ');
		if (
			keys !== 'Sid Effect Action Resource' ||
			typeof statement.Sid !== 'string' ||
			statement.Effect !== 'Allow' ||
			!isTextList(statement.Action) ||
			!isTextList(statement.Resource)
		) {
			throw new Error(`${description} has a statement of an unknown shape at position ${index}`);
		}
	}
};

/**
 * The policies of one version of `@remotion/lambda`: `{partitions, neighbours}`, or undefined for a
 * version that has no lists. `neighbours` names the packages that were evaluated in place of one
 * that the registry lacks; both sides must give the same policies.
 */
export const evaluateLambda = async (registry, entry) => {
	const paths = Object.keys(entry.files);
	if (!paths.some((path) => /iam-validation\/|suggested-policy|permissions\.js$/.test(path))) {
		return undefined;
	}
	const result = await evaluateWith(registry, entry, 'below');
	let replaced;
	if (result.replaced.length > 0) {
		const other = await evaluateWith(registry, entry, 'above');
		if (JSON.stringify(other.partitions) !== JSON.stringify(result.partitions)) {
			throw new Error(
				`the policies differ between ${result.replaced.join(', ')} and ${other.replaced.join(', ')}`,
			);
		}
		replaced = [...result.replaced, ...other.replaced];
	}
	for (const [partition, policies] of Object.entries(result.partitions)) {
		assertPolicy(policies.user, `the ${partition} user policy`);
		assertPolicy(policies.role, `the ${partition} role policy`);
	}
	return {list: {partitions: result.partitions}, neighbours: replaced};
};

/** The permissions of one version of `@remotion/cloudrun`, or undefined for one without a list. */
export const evaluateCloudRun = async (_registry, entry) => {
	const exported = entry.manifest.exports?.['./permissions.json'];
	const path = (exported ?? 'dist/shared/sa-permissions.json').replace(/^\.\//, '');
	if (entry.files[path] === undefined) {
		if (exported === undefined && !Object.keys(entry.files).some((name) => /permissions\.json$/.test(name))) {
			return undefined;
		}
		throw new Error(`the package has no file ${path}`);
	}
	const permissions = JSON.parse(entry.files[path]).list?.map((permission) => permission.name);
	if (!isTextList(permissions) || new Set(permissions).size !== permissions.length) {
		throw new Error(`${path} does not hold a list of distinct permission names`);
	}
	return {list: {permissions}};
};
