import { ConflictError } from '../../runtime/errors.ts';
import type { Schedule } from '../../runtime/function-service.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Document, Documents, Unit } from '../../runtime/ports/documents.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { orderCancelled, orderPlaced } from './events.ts';
import { cancel } from './order.ts';
import type { OrderDocument } from './table.ts';

export interface ReconcileSettings {
  /** How often to look, in milliseconds. */
  readonly everyMs: number;
  /** An order that has not moved to rest for this long is set going again. */
  readonly redriveAfterMs: number;
  /** One that is older than this is cancelled. */
  readonly cancelAfterMs: number;
}

export const defaultReconcileSettings: ReconcileSettings = {
  everyMs: 30_000,
  redriveAfterMs: 60_000,
  cancelAfterMs: 15 * 60_000,
};

/** Finds orders that stall, whatever the cause, and sets them going again or brings them to rest. */
export function createReconciler(
  dependencies: { readonly documents: Documents; readonly clock: Clock; readonly logger: Logger },
  settings: ReconcileSettings = defaultReconcileSettings,
): Schedule {
  const { documents, clock, logger } = dependencies;
  return {
    name: 'order-reconciler',
    everyMs: settings.everyMs,
    run: async () => {
      const before = new Date(clock.now() - settings.redriveAfterMs).toISOString();
      let cursor: string | undefined;
      do {
        const page = await documents.query<OrderDocument>('open', {
          hash: 'open',
          before,
          limit: 100,
          cursor,
        });
        for (const found of page.items) {
          const unit = remedy(found, clock, settings);
          if (!unit) continue;
          logger.warn(
            { orderId: found.body.orderId, status: found.body.status },
            'order stalled; set going again',
          );
          await documents.commit(unit).catch((error: unknown) => {
            // It moved by itself after all.
            if (!(error instanceof ConflictError)) throw error;
          });
        }
        cursor = page.cursor;
      } while (cursor);
    },
  };
}

function remedy(found: Document<OrderDocument>, clock: Clock, settings: ReconcileSettings): Unit | undefined {
  const order = found.body;
  const version = found.version + 1;
  const replace = (body: object) =>
    [{ kind: 'replace', id: found.id, version: found.version, body }] as const;
  const age = clock.now() - Date.parse(order.timeline[0]?.at ?? '');
  if (age > settings.cancelAfterMs) {
    const cancelled = cancel(order, 'the order could not be completed in time', isoTime(clock));
    if (!cancelled) return undefined;
    const events = [orderCancelled(cancelled, version)];
    return { partition: found.partition, writes: replace(cancelled), events };
  }
  const sinceRedrive = order.redrivenAt === undefined ? age : clock.now() - Date.parse(order.redrivenAt);
  if (sinceRedrive < settings.redriveAfterMs) return undefined;
  const redriven = { ...order, redrivenAt: isoTime(clock) };
  return { partition: found.partition, writes: replace(redriven), events: [orderPlaced(redriven, version)] };
}
