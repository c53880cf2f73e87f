// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNew_interruptedBuildLeavesNothing(t *testing.T) {
	tmp := ownTmp(t)
	cli, err := FindCLI()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(pathVariable, cli)
	// This fake go creates a file to show that the build has started.
	bin := t.TempDir()
	started := filepath.Join(bin, "started")
	writeScript(t, filepath.Join(bin, "go"), `echo object >"$GOTMPDIR/object"; touch "`+started+`"; exec sleep 60`)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))

	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for !exists(started) && ctx.Err() == nil {
			<-time.After(10 * time.Millisecond)
		}
	}()
	if _, err := New(ctx); err == nil {
		t.Error("got no error from an interrupted New, want one")
	}
	if !exists(started) {
		t.Error("New did not reach the build")
	}
	wantEmpty(t, tmp)
}

func TestCommand_isInterruptedOnce(t *testing.T) {
	t.Parallel()
	w := scriptWorkspace(t, `trap 'echo interrupted; n=$((n+1))' INT
echo ready
while [ -z "$n" ]; do sleep 0.05; done
sleep 0.2
exit "$n"`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := w.Command(ctx, nil, "plan")
	output := startAndRead(t, cmd, cancel)
	if strings.Count(output, "interrupted") != 1 || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("got output %q and state %v, want exactly one interrupt", output, cmd.ProcessState)
	}
}

// startAndRead cancels once the command has printed its first line, and returns
// the rest of the output.
func startAndRead(t *testing.T, cmd *exec.Cmd, cancel func()) string {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	cmd.Stdout = writer
	if err := errors.Join(cmd.Start(), writer.Close()); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(reader)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Error(err)
	}
	cancel()
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil || errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("got error %v from Wait, want the exit status", err)
	}
	return string(rest)
}

// scriptWorkspace returns a workspace whose CLI is a shell script.
func scriptWorkspace(t *testing.T, script string) *Workspace {
	t.Helper()
	dir := t.TempDir()
	cli := filepath.Join(dir, "terraform")
	writeScript(t, cli, script)
	return &Workspace{Dir: dir, sandbox: &Sandbox{CLI: CLI{Path: cli}, root: dir}}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
