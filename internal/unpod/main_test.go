// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// canary is the token of every client in these tests. Nothing else contains it,
// so wherever it shows up, it has leaked.
const canary = "canary-0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// childVariable passes the order of a test that needs its own process. Go reads the
// system's certificates once per process, and memory is measured per process.
const childVariable = "UNPOD_TEST_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		obey(order)
		return
	}
	os.Exit(m.Run())
}

// childOrder tells a child process what to read.
type childOrder struct {
	BaseURL string `json:"base_url"`
	CACert  string `json:"ca_cert"`
}

// childReport is the result of a child process.
type childReport struct {
	IDs   []int64 `json:"ids"`
	Kind  string  `json:"kind"` // the type of the CallError's Err
	Error string  `json:"error"`
	// MemoryBytes is the memory that the process got from the operating system.
	MemoryBytes uint64 `json:"memory_bytes"`
	// CPU is the time that the process was busy.
	CPU time.Duration `json:"-"`
}

// obey carries out an order and prints the report.
func obey(text string) {
	var order childOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		panic(err)
	}
	options := Options{OrgHandle: unpodtest.OrgHandle, RequestTimeout: time.Minute, UserAgent: "test", Getenv: func(string) string { return "" }}
	var err error
	if options.BaseURL, err = ParseBaseURL(order.BaseURL); err != nil {
		panic(err)
	}
	if options.Token, err = ParseToken(canary); err != nil {
		panic(err)
	}
	if order.CACert != "" {
		if options.RootCAs, err = ParseCACert(order.CACert); err != nil {
			panic(err)
		}
	}
	client := New(options)
	all, err := client.ProviderConfigurations(context.Background())
	report := childReport{IDs: ids(all)}
	if failed := (*CallError)(nil); errors.As(err, &failed) {
		report.Kind, report.Error = fmt.Sprintf("%T", failed.Err), err.Error()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	report.MemoryBytes = memory.Sys
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		panic(err)
	}
}

// runChild reads in a child process. The child inherits the environment, and gets
// these variables.
func runChild(t *testing.T, order childOrder, variables ...string) (report childReport) {
	t.Helper()
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), executable)
	// Otherwise the race detector makes each process wait a second before it exits.
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", childVariable+"="+string(text))
	command.Env = append(command.Env, variables...)
	all, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the child process failed: %s\n%s", err, all)
	}
	if err := json.Unmarshal(all, &report); err != nil {
		t.Fatalf("the child process reported %q: %s", all, err)
	}
	report.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return report
}
