// The jitter buffer: packets in, placed by the number of their first frame; sound out, at the pace of
// this device's clock. It knows no browser: the worklet, the script processor and tests use it.
//
// The depth is held at its margin by playing a little faster or slower (a control loop on the least
// depth of each half second, since both sides come in bursts). Too deep is jumped over, empty fades
// out and asks for more margin. A lost packet is the last one once more, faded away.

const SIZE = 65536; // frames
const START = 512; // frames beyond the margin before it plays
const STEP_S = 0.5; // of the control loop
const JUMP_S = 0.025;
const FADE_S = 0.005;
const GROW = 128; // frames of margin for each time that it ran empty
const MOST_EXTRA_S = 0.04;
const SHRINK = 16; // frames each ten seconds after a quiet minute
const QUIET_S = 60;
const SHRINK_EVERY_S = 10;
const REPEAT = 128; // frames that stand in for lost ones

const clamp = (/** @type {number} */ value, /** @type {number} */ most) =>
  Math.max(-most, Math.min(most, value));

export class Ring {
  wish = 0; // frames of margin that are asked for
  extra = 0; // and what the device turned out to need on top
  quiet = 0; // seconds since it ran empty
  head = -1; // number of the frame that comes next
  tail = 0; // number of the frame that is played next
  part = 0; // of a frame, 0..1
  playing = false;
  gain = 0;
  integral = 0;
  ratio = 1;
  least = Infinity;
  left_ = 0; // what was played last
  right_ = 0;
  clock = 0; // frames until the next look at the depth

  /**
   * @param {number} rate of the stream, Hz
   * @param {number} outRate of what it is played with, Hz
   * @param {number} marginMs
   */
  constructor(rate, outRate, marginMs) {
    this.rate = rate;
    this.base = rate / outRate;
    this.left = new Float32Array(SIZE);
    this.right = new Float32Array(SIZE);
    this.underruns = 0;
    this.lost = 0; // frames
    this.jumps = 0;
    this.setMargin(marginMs);
    this.reset();
  }

  /** @param {number} marginMs the wish; what the device needs comes on top */
  setMargin(marginMs) {
    this.wish = (marginMs * this.rate) / 1000;
    this.extra = 0;
    this.quiet = 0;
  }

  get margin() {
    return this.wish + this.extra;
  }

  reset() {
    this.head = -1;
    this.tail = 0;
    this.part = 0;
    this.playing = false;
    this.gain = 0;
    this.integral = 0;
    this.ratio = this.base;
    this.least = Infinity;
    this.left_ = 0;
    this.right_ = 0;
    this.clock = 0;
  }

  /** Frames that wait. */
  get depth() {
    return this.head < 0 ? 0 : this.head - this.tail - this.part;
  }

  /**
   * Take in a packet.
   * @param {number} frame number of its first frame
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  write(frame, left, right) {
    const far = this.head >= 0 && Math.abs(frame - this.head) > SIZE / 2;
    if (far) this.reset();
    if (this.head < 0) {
      this.head = frame;
      this.tail = frame;
    }
    const hole = frame - this.head;
    if (hole > 0) this.conceal(hole);
    const fade = hole > 0 ? Math.min(48, left.length) : 0;
    for (let i = 0; i < left.length; i += 1) {
      if (frame + i < this.tail) continue;
      const at = (frame + i) & (SIZE - 1);
      const gain = i < fade ? (i + 1) / fade : 1;
      this.left[at] = left[i] * gain;
      this.right[at] = right[i] * gain;
    }
    this.head = Math.max(this.head, frame + left.length);
    // After a long hole there is something older before it: what TCP has sent again, say.
    const isPast = hole > JUMP_S * this.rate && this.depth > this.margin + START + JUMP_S * this.rate;
    if (isPast || this.depth > SIZE / 2) this.jump();
  }

  /** @param {number} hole frames that are missing at the head */
  conceal(hole) {
    this.lost += hole;
    const fade = FADE_S * this.rate;
    for (let i = 0; i < hole; i += 1) {
      const at = (this.head + i) & (SIZE - 1);
      const from = (this.head - REPEAT + (i % REPEAT)) & (SIZE - 1);
      const gain = Math.max(0, 1 - i / fade);
      this.left[at] = gain > 0 ? this.left[from] * gain : 0;
      this.right[at] = gain > 0 ? this.right[from] * gain : 0;
    }
    this.head += hole;
  }

  /** Let go of what is too much, and fade in where it goes on. */
  jump() {
    this.tail = Math.floor(this.head - this.margin - START);
    this.part = 0;
    this.gain = 0;
    this.jumps += 1;
    this.least = Infinity;
  }

  /**
   * Play.
   * @param {Float32Array} left is filled
   * @param {Float32Array} right is filled
   */
  read(left, right) {
    const many = left.length;
    const needed = many * this.ratio + 4;
    if (!this.playing && this.depth >= this.margin + Math.max(START, needed)) this.begin();
    if (this.playing && this.depth < needed) this.runDry();
    if (!this.playing) {
      this.fadeOut(left, right);
      return;
    }
    const rise = 1 / (FADE_S * this.rate);
    for (let i = 0; i < many; i += 1) {
      this.gain = Math.min(1, this.gain + rise);
      left[i] = this.gain * this.at(this.left);
      right[i] = this.gain * this.at(this.right);
      const next = this.part + this.ratio;
      const whole = Math.floor(next);
      this.tail += whole;
      this.part = next - whole;
    }
    this.left_ = left[many - 1];
    this.right_ = right[many - 1];
    this.least = Math.min(this.least, this.depth);
    this.clock += many * this.base;
    if (this.clock >= STEP_S * this.rate) this.control();
  }

  /**
   * The value between two frames, by a cubic through four (Hermite).
   * @param {Float32Array} from
   */
  at(from) {
    const mask = SIZE - 1;
    const a = from[(this.tail - 1) & mask];
    const b = from[this.tail & mask];
    const c = from[(this.tail + 1) & mask];
    const d = from[(this.tail + 2) & mask];
    const t = this.part;
    const slope = (c - a) / 2;
    const second = a - 2.5 * b + 2 * c - d / 2;
    const third = (d - a) / 2 + 1.5 * (b - c);
    return ((third * t + second) * t + slope) * t + b;
  }

  begin() {
    this.tail = Math.max(this.tail, Math.floor(this.head - this.margin - START));
    this.part = 0;
    this.playing = true;
    this.gain = 0;
    this.least = Infinity;
    this.clock = 0;
  }

  runDry() {
    this.playing = false;
    this.underruns += 1;
    this.quiet = 0;
    this.extra = Math.min(this.extra + GROW, MOST_EXTRA_S * this.rate);
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  fadeOut(left, right) {
    const fall = Math.exp(-1 / (0.001 * this.rate));
    for (let i = 0; i < left.length; i += 1) {
      this.left_ *= fall;
      this.right_ *= fall;
      left[i] = this.left_;
      right[i] = this.right_;
    }
  }

  control() {
    this.clock = 0;
    const error = this.least - this.margin;
    this.least = Infinity;
    if (error > JUMP_S * this.rate) {
      this.jump();
      return;
    }
    this.integral = clamp(this.integral + clamp(error, 400) * 4e-8, 1e-3);
    this.ratio = this.base * (1 + clamp(2.6e-6 * error + this.integral, 3e-3));
    this.quiet += STEP_S;
    if (this.extra > 0 && this.quiet >= QUIET_S) {
      this.extra = Math.max(0, this.extra - SHRINK);
      this.quiet -= SHRINK_EVERY_S;
    }
  }
}
