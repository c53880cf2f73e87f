terraform {
  required_version = ">= 1.4" # terraform_data; OpenTofu has it since 1.6

  required_providers {
    restful = { source = "magodo/restful" }
    unpod   = { source = "unpod-ai/unpod" }
  }
}
