// The program loads its page anew: after another person logged in, an update, a discarded document. What was typed is on this device
// by then, or left as the page goes, so nobody is asked whether they want to stay.
let isOwn = false;

export function reload(): void {
  isOwn = true;
  location.reload();
}

/** Whether the page goes away because the program wants it. */
export const isOwnDoing = (): boolean => isOwn;
