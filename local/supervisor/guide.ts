import type { Layout } from './layout.ts';

/** What to open and what to try, shown when the shop is open. */
export function guide({ publicUrl, consoleUrl }: Pick<Layout, 'publicUrl' | 'consoleUrl'>): string {
  const json = `-H 'content-type: application/json'`;
  return `
  API      ${publicUrl}/api/products    documented at ${publicUrl}/docs
  Console  ${consoleUrl}/api/inbox     and /api/processes, /api/dead-letters, /api/traces/{traceId}

  Try it, in another terminal:
    curl -s ${publicUrl}/api/users/register ${json} -d '{"username":"ada","email":"ada@example.com","password":"a long passphrase"}'
    TOKEN=$(curl -s ${publicUrl}/api/users/login ${json} -d '{"username":"ada","password":"a long passphrase"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
    ITEM=$(curl -s '${publicUrl}/api/products?limit=1' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
    curl -s ${publicUrl}/api/orders ${json} -H "authorization: Bearer $TOKEN" -d "{\\"items\\":[{\\"productId\\":\\"$ITEM\\",\\"quantity\\":1}]}"
    curl -s ${publicUrl}/api/orders -H "authorization: Bearer $TOKEN"

  Ctrl-C stops the shop. Its data stays; \`npm run reset\` deletes it.

`;
}
