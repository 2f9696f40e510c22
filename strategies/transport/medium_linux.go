package transport

import "golang.org/x/sys/unix"

// Medium returns what the files at path are kept in: "memory" or "disk".
func Medium(path string) string {
	var fs unix.Statfs_t
	if unix.Statfs(path, &fs) != nil {
		return "disk"
	}
	switch uint32(fs.Type) {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return "memory"
	}
	return "disk"
}
