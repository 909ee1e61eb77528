/** A heap to which no other thread can attach. */

export default { remote: null };
