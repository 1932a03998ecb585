/** Of `az keyvault list-deleted`. */
export type DeletedVaults = readonly {
  readonly name: string;
  readonly properties: {
    readonly tags?: Readonly<Record<string, string>> | null;
    readonly scheduledPurgeDate: string;
  };
}[];
/** Of `az apim deletedservice list`. */
export type DeletedGateways = readonly { readonly name: string; readonly location: string }[];

/** What is deleted, keeps its name for a while, and can be purged. */
export interface Deleted {
  readonly name: string;
  readonly purge: string;
}

/** Those of the stack: by its tag, or where there is none, by how its names begin. */
export function deletedOf(
  vaults: DeletedVaults,
  gateways: DeletedGateways,
  { prefix, cost }: { readonly prefix: string; readonly cost: string },
): readonly Deleted[] {
  return [
    ...vaults
      .filter(({ name, properties }) =>
        properties.tags?.cost === undefined ? name.startsWith(prefix) : properties.tags.cost === cost,
      )
      .map(({ name }) => ({ name, purge: `az keyvault purge --name ${name}` })),
    ...gateways
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, location }) => ({
        name,
        purge: `az apim deletedservice purge --service-name ${name} --location ${location}`,
      })),
  ];
}
