/** Stripe's names for test cards that it accepts, and the shop's own two that are accepted in the end. */
const accepted = new Set([
  'pm_card_visa',
  'pm_card_visa_debit',
  'pm_card_mastercard',
  'pm_card_mastercard_debit',
  'pm_card_mastercard_prepaid',
  'pm_card_amex',
  'pm_card_discover',
  'pm_card_diners',
  'pm_card_jcb',
  'pm_card_unionpay',
  'pm_sim_timeout',
  'pm_sim_flaky',
]);

/** Stripe's names for test cards that are declined, with the code it gives. */
const declined: Readonly<Record<string, string>> = {
  pm_card_chargeDeclined: 'card_declined',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
  pm_card_chargeDeclinedLostCard: 'lost_card',
  pm_card_chargeDeclinedStolenCard: 'stolen_card',
  pm_card_chargeDeclinedExpiredCard: 'expired_card',
  pm_card_chargeDeclinedIncorrectCvc: 'incorrect_cvc',
  pm_card_chargeDeclinedProcessingError: 'processing_error',
  pm_card_visa_chargeDeclined: 'card_declined',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'insufficient_funds',
  pm_card_visa_chargeDeclinedLostCard: 'lost_card',
  pm_card_visa_chargeDeclinedStolenCard: 'stolen_card',
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: 'card_velocity_exceeded',
  pm_card_chargeDeclinedFraudulent: 'fraudulent',
  pm_card_radarBlock: 'fraudulent',
  pm_card_authenticationRequired: 'authentication_required',
  pm_card_threeDSecure2Required: 'authentication_required',
};

/** A payment method the provider has never heard of. */
export const unknownPaymentMethod = 'payment_method_unknown';

/** Why a payment method is declined; undefined when it is accepted. */
export function declineReason(paymentMethod: string): string | undefined {
  if (accepted.has(paymentMethod)) return undefined;
  return declined[paymentMethod] ?? unknownPaymentMethod;
}
