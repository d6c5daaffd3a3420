"""Where data and weights come from: folders, archives, downloads, checksums."""
