// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command archive writes the same archive as GoReleaser: archive UNIX_TIME
// TEXT... PROGRAM. The release scripts compare whole archives with it, because
// two programs can read different files from a malformed one.
package main

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "archive:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) < 2 {
		return errors.New("usage: archive UNIX_TIME TEXT... PROGRAM")
	}
	seconds, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("parsing the time: %w", err)
	}
	archive := zip.NewWriter(stdout)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for i, path := range args[1:] {
		content, err := os.ReadFile(path) //nolint:gosec // The caller chooses the files.
		if err != nil {
			return fmt.Errorf("reading a file to add: %w", err)
		}
		header := &zip.FileHeader{Name: filepath.Base(path), Method: zip.Deflate, Modified: time.Unix(seconds, 0).UTC()}
		header.SetMode(0o644)
		if i == len(args)-2 {
			header.SetMode(0o755) // the program
		}
		if entry, err := archive.CreateHeader(header); err != nil {
			return fmt.Errorf("adding %s: %w", path, err)
		} else if _, err := entry.Write(content); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return archive.Close()
}
