// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"reflect"
	"strconv"
	"syscall"
	"testing"
)

func TestStatusFields(t *testing.T) {
	t.Parallel()
	got := statusFields("Name:\tterraform\nNSpgid:\t12\t3\nVmHWM:\t   81234 kB\nNone:\n")
	if want := map[string]string{"Name": "terraform", "NSpgid": "12", "VmHWM": "81234"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLook looks at this very process.
func TestLook(t *testing.T) {
	t.Parallel()
	peaks := map[string]int64{}
	look(strconv.Itoa(syscall.Getpgrp()), peaks)
	var largest int64
	for _, peak := range peaks {
		largest = max(largest, peak)
	}
	if page := int64(os.Getpagesize()); largest < 100*page {
		t.Errorf("got peaks %v, want one of more than %d", peaks, 100*page)
	}
}
