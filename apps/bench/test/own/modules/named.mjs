/** No box is its own, only its name. */

export const name = 'no-warm';
export default { warm: null };
