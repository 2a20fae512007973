//! The engine over real indexes and a library in memory.
