//! WebTorrent trackers: the client and the embedded server.
