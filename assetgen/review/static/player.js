// Time for animations: one clock for the page, one Player for each tag that plays.

const running = new Set();
let before = null;
let frame = 0;

function tick(now) {
  const passed = before === null ? 0 : Math.min(now - before, 250);
  before = now;
  for (const advance of [...running]) advance(passed);
  frame = running.size ? requestAnimationFrame(tick) : 0;
  if (!frame) before = null;
}

/** Calls `advance(milliseconds)` each frame until the returned function is called. */
export function everyFrame(advance) {
  running.add(advance);
  if (!frame) frame = requestAnimationFrame(tick);
  return () => running.delete(advance);
}

const PAUSE_AFTER_ONCE = 700;

/** Plays one tag ({frames, durations, loop}); ping-pong is written out in its frames already. */
export class Player {
  constructor(tag) {
    this.playing = true;
    this.speed = 1;
    this.use(tag);
  }

  use(tag) {
    this.tag = tag;
    this.step = 0;
    this.elapsed = 0;
  }

  /** The cell that is shown now. */
  get cell() {
    return this.tag.frames[this.step];
  }

  get length() {
    return this.tag.frames.length;
  }

  /** Lets time pass; true when another step is shown. */
  advance(milliseconds) {
    if (!this.playing || this.length < 2) return false;
    const start = this.step;
    this.elapsed += milliseconds * this.speed;
    while (this.elapsed >= this.stay(this.step)) {
      this.elapsed -= this.stay(this.step);
      this.step = (this.step + 1) % this.length;
    }
    return this.step !== start;
  }

  /** How long a step stays. What plays once rests on its last frame before the gallery shows it again. */
  stay(step) {
    const time = Math.max(1, this.tag.durations[step]);
    return this.tag.loop === "once" && step === this.length - 1 ? time + PAUSE_AFTER_ONCE : time;
  }

  show(step) {
    this.step = ((step % this.length) + this.length) % this.length;
    this.elapsed = 0;
  }
}
