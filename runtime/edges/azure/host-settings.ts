/** The `host.json` that the edge relies on, as data for whoever builds the app. */
export const hostJson = {
  version: '2.0',
  extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
  functionTimeout: '00:00:30',
  extensions: {
    http: { routePrefix: '' },
    serviceBus: { autoCompleteMessages: true, maxConcurrentCalls: 16 },
  },
} as const;
