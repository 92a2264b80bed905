"""Parts of a user's own, for the browser."""
