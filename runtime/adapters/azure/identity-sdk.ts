/** What is used of the library, to be loaded late: a bundler then leaves out the rest, as it could not of the whole. */
export { DefaultAzureCredential } from '@azure/identity';
