/** Packages that a bundle can't hold: they load a native library from a path next to themselves. */
export const native: readonly string[] = ['sharp'];
