/** What every storage account of the shop has in common: encrypted as all are, and nothing in it for the public. */
export const privateAccount = {
  kind: 'StorageV2',
  sku: { name: 'Standard_LRS' },
  allowBlobPublicAccess: false,
  allowCrossTenantReplication: false,
  enableHttpsTrafficOnly: true,
  minimumTlsVersion: 'TLS1_2',
} as const;
