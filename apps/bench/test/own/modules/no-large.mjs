/** Serves nothing above 256 KiB. */

export default { large: null };
