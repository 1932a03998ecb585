import { z } from 'zod';
import { email, phone, userId } from '../schemas.ts';

const profile = z.strictObject({ userId, username: z.string(), email, phone: phone.optional() });

export const userEvents = {
  'user.registered': profile,
  'user.updated': profile,
  'user.deleted': z.strictObject({ userId }),
};
