import { inventoryTable } from '../../functions/inventory/table.ts';
import { type Contact, contactKey } from '../../functions/notification/contacts.ts';
import { notificationTable } from '../../functions/notification/service.ts';
import { orderTable } from '../../functions/order/table.ts';
import type { Document } from '../../runtime/ports/documents.ts';
import { readKind } from './folder.ts';

/** Who keeps a copy of what, and under which id in the partition that has the original's own. */
const listeners = [
  { of: 'users', in: notificationTable.name, id: contactKey('').id },
  { of: 'products', in: orderTable.name, id: 'product' },
  { of: 'products', in: inventoryTable.name, id: 'product' },
] as const;

/**
 * A change that somebody has not heard of yet, in words; undefined when all have heard of all. What is counted in queues
 * is only about right on a cloud: an event that is on its way shows by what it has not changed yet.
 */
export async function findUnheard(folder: string): Promise<string | undefined> {
  for (const listener of listeners) {
    const heard = new Map<string, number>();
    for await (const things of readKind(folder, listener.in)) {
      for (const { partition, id, body } of things as Document<Pick<Contact, 'version'>>[])
        if (id === listener.id) heard.set(partition, body.version);
    }
    for await (const things of readKind(folder, listener.of)) {
      for (const { id, version } of things as { id: string; version: number }[])
        if ((heard.get(id) ?? 0) < version)
          return `${listener.in} has not heard of version ${version} of ${id}: it is on its way, or was lost`;
    }
  }
  return undefined;
}
