terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

variable "organizations" {
  description = "Handles of the organizations. The token in UNPOD_API_TOKEN must have access to all of them."
  type        = set(string)
  default     = ["acme-sales", "acme-support"]
}

# OpenTofu 1.9 and later.
provider "unpod" {
  alias    = "by_handle"
  for_each = var.organizations

  org_handle = each.value
}

data "unpod_telephony_provider_configurations" "all" {
  for_each = var.organizations
  provider = unpod.by_handle[each.value]
}

output "ids" {
  description = "IDs of the provider configurations of each organization."
  value       = { for handle, list in data.unpod_telephony_provider_configurations.all : handle => list.ids }
}
