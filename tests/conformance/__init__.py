"""The exam of the sandbox shop: what real shops answered, replayed."""
