/** What each schedule is given beside the rate, so that it takes so many epochs; exponential and inverse reach a tenth. */
export const SCHEDULES = {
  step_decay: (span) => ({ every: span / 4 }), exponential_decay: (span) => ({ factor: 0.1 ** (1 / span) }),
  inverse_time_decay: (span) => ({ decay: 9 / span }), polynomial_decay: (span) => ({ epochs: span, power: 2 }),
  linear_decay: (span) => ({ epochs: span }), cosine_decay: (span) => ({ epochs: span }), linear_warmup: (span) => ({ epochs: span }),
  one_cycle: (span) => ({ epochs: span }), cosine_restarts: (span) => ({ epochs: span / 4 }),
  log_cosine_cycles: (span) => ({ epochs: span }),
};
