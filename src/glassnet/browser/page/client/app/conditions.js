/** Conditions that lessons wait for: plain data, one name each. */

const CONDITIONS = {
  /** So many steps were made. */
  step: (least, { frame }) => frame !== null && frame.step - frame.first >= least,
  /** So many epochs were trained. */
  epoch: (least, { frame }) => frame !== null && frame.epoch >= least,
  /** The training loss is at most this. */
  loss_below: (most, { frame }) => frame !== null && frame.evaluation.train.loss <= most,
  /** After these epochs the loss is still above. */
  stuck_above: ({ epoch, loss }, { frame }) => frame !== null && frame.epoch >= epoch && frame.evaluation.train.loss >= loss,
  accuracy: (least, { frame }) => (frame?.evaluation.validation?.accuracy ?? frame?.evaluation.train.accuracy ?? 0) >= least,
  /** What is pointed at for good: some fields of the selection. */
  selected: (wanted, { selection }) => selection !== null && Object.entries(wanted).every(([key, value]) => selection[key] === value),
  /** Choices that were made. */
  choice: (wanted, { choices }) => Object.entries(wanted).every(([key, value]) => (Array.isArray(value) ? value.includes(choices[key]) : choices[key] === value)),
  /** A choice that is no longer this. */
  changed: (old, { choices }) => Object.entries(old).some(([key, value]) => choices[key] !== value),
  stopped: (wanted, { stopped }) => (stopped !== null && stopped.diverged) === wanted,
  tab: (wanted, { tab }) => tab === wanted,
  drawn: (wanted, { drawnDigit }) => (drawnDigit !== null) === wanted,
  finding: (words, { findings }) => findings.some(({ text }) => text.includes(words)),
};

/** Where a run ends for these conditions: at the very epoch that is waited for, so that every reader sees the same there. */
export function endsFor({ epoch, stuck_above: stuck } = {}) {
  return [epoch, stuck?.epoch].filter((wanted) => wanted !== undefined).map((wanted) => ({ epoch: wanted }));
}

/** Whether all conditions of a step hold; `says` is the text for people. */
export function isMet({ says, ...conditions }, state) {
  return Object.entries(conditions).every(([name, wanted]) => {
    if (!Object.hasOwn(CONDITIONS, name)) throw new Error(`no condition of lessons is called ${name}; there are ${Object.keys(CONDITIONS).join(", ")}`);
    return CONDITIONS[name](wanted, state);
  });
}
