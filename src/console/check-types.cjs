// vue-tsc drives the compiler's old programming interface, which TypeScript 7 no longer has: it is given the
// TypeScript 6 that this workspace keeps for it.
const { run } = require('vue-tsc');
run(require.resolve('typescript/lib/tsc'));
