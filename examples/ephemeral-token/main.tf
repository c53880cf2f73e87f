terraform {
  required_version = ">= 1.11" # ephemeral variables: Terraform 1.10, OpenTofu 1.11

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Given anew to plan and to apply, for example in TF_VAR_unpod_api_token, and
# written into neither the plan nor the state.
variable "unpod_api_token" {
  description = "API token of an Unpod account."
  type        = string
  sensitive   = true
  ephemeral   = true
}

provider "unpod" {
  api_token = var.unpod_api_token
}

data "unpod_telephony_provider_configurations" "all" {}

output "ids" {
  value = data.unpod_telephony_provider_configurations.all.ids
}
