// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// pathVariable is the variable with which terraform-plugin-testing lets one
// choose its CLI. A sandbox obeys it too, so that all tests run the same one.
const pathVariable = "TF_ACC_TERRAFORM_PATH"

var errNoCLI = errors.New(`neither terraform nor tofu was found in PATH, and one of the two is needed. Get one from
  Terraform: https://developer.hashicorp.com/terraform/install
  OpenTofu:  https://opentofu.org/docs/intro/install/
or let ` + pathVariable + ` name the executable`)

// FindCLI returns the absolute path of the CLI to run: the executable that
// TF_ACC_TERRAFORM_PATH names, else terraform from PATH, else tofu from PATH.
func FindCLI() (string, error) {
	if named := os.Getenv(pathVariable); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s does not name an executable: %w", pathVariable, err)
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", errNoCLI
}
