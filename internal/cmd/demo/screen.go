// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// screen writes the demo's output. It ignores write errors: if nobody can see
// the demo, its commands fail too.
type screen struct {
	out, err io.Writer
	colored  bool
}

func newScreen(stdout, stderr io.Writer) *screen {
	return &screen{out: stdout, err: stderr, colored: wantsColor(stdout)}
}

// wantsColor reports whether the output is a terminal whose user has not turned
// off colors (https://no-color.org).
func wantsColor(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (s *screen) text(line string) {
	_, _ = fmt.Fprintln(s.out, line)
}

func (s *screen) heading(line string) {
	if s.colored {
		line = "\x1b[1;36m" + line + "\x1b[0m"
	}
	_, _ = fmt.Fprintf(s.out, "\n%s\n", line)
}

// connections shows what is connected according to the platform.
func (s *screen) connections(all []unpodtest.Connection) {
	s.heading("The platform says that these numbers are connected:")
	if len(all) == 0 {
		s.text("none")
	}
	for _, c := range all {
		s.text(fmt.Sprintf("%s to bridge %s, through configuration %d at %s", c.PhoneNumber, c.Bridge, c.ProviderConfigID, *c.Provider))
	}
}

// closing sums up the demo and suggests what to do next.
func (s *screen) closing() {
	s.text(`
That was the real CLI with the provider built from this clone. It installed the
provider from a mirror, looked up a provider configuration over HTTP, and connected
a number to a bridge with its ID. All of it ran in a temporary directory, which is
being removed now.

Next:
  make api    keeps a local Unpod running, to try your own Terraform files with
  README.md   says how to use the provider with your organization`)
}
