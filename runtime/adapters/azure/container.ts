import type { TableDefinition } from '../../function-service.ts';

/** What the documents adapter relies on of the account: reads see what was committed before, wherever from. */
export const accountShape = { defaultConsistencyLevel: 'Strong' } as const;

/** Where the change feed's readers keep how far they are. */
export const leasesShape = {
  id: 'leases',
  partitionKey: { paths: ['/id'] },
} as const;

/** The container of a table, as data for whoever makes it. Only what is asked for is indexed. */
export function containerShape(table: TableDefinition) {
  const indexPaths = Object.keys(table.indexes).flatMap((_, index) => [
    `/i${index + 1}h/?`,
    `/i${index + 1}s/?`,
  ]);
  return {
    id: table.name,
    partitionKey: { paths: ['/partition'] },
    // On, and nothing expires but what has a `ttl` of its own.
    defaultTtl: -1,
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: ['/position/?', '/unpublishedSince/?', ...indexPaths].map((path) => ({ path })),
      excludedPaths: [{ path: '/*' }],
    },
  } as const;
}
