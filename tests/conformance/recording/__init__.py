"""Makes the exam's data out of recorded transcripts; used by `bin/shop-exam` only."""
