// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const canSeeMemory = true

// runForMemory runs a command that has a process group of its own, and returns
// how much memory it and what it started took at the most: the largest resident
// set that a process of each program had, all programs together. Terraform starts
// a provider several times, one after another, and so only the largest counts.
func runForMemory(cmd *exec.Cmd) (int64, error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	peaks := map[string]int64{}
	for {
		select {
		case err := <-ended:
			var sum int64
			for _, peak := range peaks {
				sum += peak
			}
			return sum, err
		case <-ticker.C:
			look(strconv.Itoa(cmd.Process.Pid), peaks)
		}
	}
}

// look raises the peaks, by program, to those of the group's processes. The
// kernel keeps each process's peak, so that looking now and then is enough.
func look(group string, peaks map[string]int64) {
	files, _ := filepath.Glob("/proc/[0-9]*/status") // The pattern is well-formed.
	for _, file := range files {
		status, err := os.ReadFile(file) //nolint:gosec // It is the kernel's.
		if err != nil {
			continue // The process has ended.
		}
		fields := statusFields(string(status))
		if fields["NSpgid"] != group {
			continue
		}
		kibi, _ := strconv.ParseInt(fields["VmHWM"], 10, 64) // A process that is ending has none.
		peaks[fields["Name"]] = max(peaks[fields["Name"]], kibi<<10)
	}
}

// statusFields are the first words of the lines of a process's status.
func statusFields(status string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(status) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			if words := strings.Fields(value); len(words) > 0 {
				fields[name] = words[0]
			}
		}
	}
	return fields
}
