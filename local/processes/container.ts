/**
 * A container from its bundle: first as the job that brings its database to the newest version, then as the one that
 * serves.
 */
const { SHOP_BACKEND, CONTAINER } = process.env;
const bundle = new URL(`../../dist/${SHOP_BACKEND}/${CONTAINER}/main.mjs`, import.meta.url).href;

process.argv[2] = 'migrate';
// The same file under another address is another module, which runs by itself.
await import(`${bundle}?migrate`);
process.argv.length = 2;
await import(bundle);
