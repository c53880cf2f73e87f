// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package main

import (
	"errors"
	"os/exec"
)

const canSeeMemory = false

func runForMemory(*exec.Cmd) (int64, error) {
	return 0, errors.ErrUnsupported
}
