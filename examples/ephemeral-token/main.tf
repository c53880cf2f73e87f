terraform {
  required_version = ">= 1.11" # ephemeral variables; Terraform also has them in 1.10

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Set it for plan and apply, for example in TF_VAR_unpod_api_token. It is not
# stored in the plan or state.
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
  description = "IDs of the provider configurations."
  value       = data.unpod_telephony_provider_configurations.all.ids
}
