// What the first script begins while the program is still coming: opening the device's storage takes as long as reading the program.
export function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("documents");
      request.result.createObjectStore("meta");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The store of the device, who works on it, and their store. */
export interface Early {
  device: IDBDatabase;
  current: number | undefined;
  own: IDBDatabase | undefined;
}

export const DEVICE = "niemyet-device";
export const nameOf = (account: number): string => `niemyet-${account}`;

/** Who worked here when the program last started: a guess, by which their store is opened while the device's own says who it is. */
const GUESS = "niemyet-opened-last";

function remember(account: number | undefined): void {
  try {
    if (account === undefined) localStorage.removeItem(GUESS);
    else localStorage.setItem(GUESS, String(account));
  } catch {
    // A full disk takes no guess.
  }
}

export async function openEarly(): Promise<Early> {
  const guess = Number(localStorage.getItem(GUESS)) || undefined;
  const opening = guess === undefined ? undefined : open(nameOf(guess));
  // Whether it fails is looked at below.
  opening?.catch(() => undefined);
  const device = await open(DEVICE);
  const current = await answered(device.transaction("meta").objectStore("meta").get("current") as IDBRequest<number | undefined>);
  if (current === guess) return { device, current, own: await opening };
  void opening?.then((other) => other.close()).catch(() => undefined);
  remember(current);
  return { device, current, own: current === undefined ? undefined : await open(nameOf(current)) };
}
