import { useSyncExternalStore } from 'react';

const watch = (changed: () => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** The room is part of the address (`#call:demo`), so a shared link opens the same room. */
export const useRoom = (): string => useSyncExternalStore(watch, () => decodeURIComponent(location.hash.slice(1)));

export const enterRoom = (room: string): void => {
  location.hash = room;
};
