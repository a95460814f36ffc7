// How far the relay's clock is from this device's, by pings that say when the relay had them.

const DRIFT = 1e-4; // by which two clocks part at the most

export class Clocks {
  /** The ping that counts: how long it took, the difference that it shows, when; ms. */
  best = { trip: Infinity, found: NaN, at: 0 };

  /** The relay's clock less ours, ms; not a number until it is known. */
  get offset() {
    return this.best.found;
  }

  /**
   * The relay's clock less the time of day, ms.
   * @param {number} at ms of our clock
   * @param {number} day the time of day then, ms
   */
  ofDay(at, day) {
    return this.offset + at - day;
  }

  /**
   * Take in another ping. A slow one would take half of what waits on the way for a difference of
   * the clocks, so the quickest counts, until they may have parted by more than a slower one is
   * wrong; and no ping that cannot be right any more, as when this device has slept.
   * @param {number} sent when it was sent, ms of our clock
   * @param {number} there when the relay had it, ms of the relay's clock
   * @param {number} at when the answer came, ms of our clock
   */
  add(sent, there, at) {
    const { best } = this;
    const trip = at - sent;
    const found = there - (sent + trip / 2); // wrong by half a trip at the most
    const parted = DRIFT * (at - best.at);
    const isWrong = Math.abs(found - best.found) > (trip + best.trip) / 2 + parted;
    if (isWrong || trip <= best.trip + 2 * parted) this.best = { trip, found, at };
  }
}
