// A child process that evaluates one version's lists and ends.
//
// Reads `{guest, input}` from its standard input and prints the guest's answer. The packages' code is
// foreign: it runs in a script context without any object of this process (text in, text out), and
// the process itself is started without environment and without permission to touch files.

import vm from 'node:vm';

const parts = [];
for await (const part of process.stdin) {
	parts.push(part);
}
const {guest, input} = JSON.parse(Buffer.concat(parts));
const context = vm.createContext(Object.create(null), {microtaskMode: 'afterEvaluate'});
vm.runInContext(`globalThis.evaluate = ${guest}`, context, {filename: 'guest.js', timeout: 5000});
const answer = vm.runInContext(`evaluate(${JSON.stringify(input)})`, context, {
	filename: 'call.js',
	timeout: 5000,
});
if (typeof answer !== 'string') {
	throw new Error('the guest did not answer with text');
}
process.stdout.write(answer);
