//! The known ways in which permissions give more permissions than they say.

/// What an action must be allowed on for it to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Anything at all: what is made new has whatever name is allowed.
    Any,
    /// The principal itself, or every identity of its kind.
    Itself(Kind),
    /// Every identity of the kind: to do it to oneself gives nothing.
    Every(Kind),
    /// A customer's policy that the principal has, or every policy.
    OwnPolicy,
    /// A group that the user is in, or every group.
    OwnGroup,
    /// Every function.
    EveryFunction,
}

/// A kind of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
}

/// Actions that together give more than they say.
pub(super) struct Combination {
    /// The service that takes a role by iam:PassRole; empty where none is passed.
    pub(super) passed_to: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) target: Target,
}

const fn alone(action: &'static [&'static str], target: Target) -> Combination {
    Combination { passed_to: "", actions: action, target }
}

const fn passing(passed_to: &'static str, actions: &'static [&'static str]) -> Combination {
    Combination { passed_to, actions, target: Target::Any }
}

/// All of them, the plainest first.
pub(super) const COMBINATIONS: [Combination; 50] = [
    alone(&["iam:AttachUserPolicy"], Target::Itself(Kind::User)),
    alone(&["iam:AttachGroupPolicy"], Target::OwnGroup),
    alone(&["iam:AttachRolePolicy"], Target::Itself(Kind::Role)),
    alone(&["iam:PutUserPolicy"], Target::Itself(Kind::User)),
    alone(&["iam:PutGroupPolicy"], Target::OwnGroup),
    alone(&["iam:PutRolePolicy"], Target::Itself(Kind::Role)),
    alone(&["iam:CreatePolicyVersion"], Target::OwnPolicy),
    alone(&["iam:SetDefaultPolicyVersion"], Target::OwnPolicy),
    alone(&["iam:AddUserToGroup"], Target::Every(Kind::Group)),
    alone(&["iam:CreateAccessKey"], Target::Every(Kind::User)),
    alone(&["iam:CreateLoginProfile"], Target::Every(Kind::User)),
    alone(&["iam:UpdateLoginProfile"], Target::Every(Kind::User)),
    alone(&["iam:UpdateAssumeRolePolicy"], Target::Every(Kind::Role)),
    alone(&["sts:AssumeRole"], Target::Every(Kind::Role)),
    alone(&["lambda:UpdateFunctionCode"], Target::EveryFunction),
    passing("lambda.amazonaws.com", &["lambda:CreateFunction", "lambda:InvokeFunction"]),
    passing("lambda.amazonaws.com", &["lambda:CreateFunction", "lambda:AddPermission"]),
    passing("lambda.amazonaws.com", &["lambda:CreateFunction", "lambda:CreateEventSourceMapping"]),
    passing("lambda.amazonaws.com", &["lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"]),
    passing("ec2.amazonaws.com", &["ec2:RunInstances"]),
    passing("ec2.amazonaws.com", &["ec2:AssociateIamInstanceProfile"]),
    passing("ec2.amazonaws.com", &["ec2:ReplaceIamInstanceProfileAssociation"]),
    passing("ec2.amazonaws.com", &["autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"]),
    passing("ec2.amazonaws.com", &["autoscaling:CreateLaunchConfiguration", "autoscaling:UpdateAutoScalingGroup"]),
    passing("cloudformation.amazonaws.com", &["cloudformation:CreateStack"]),
    passing("cloudformation.amazonaws.com", &["cloudformation:UpdateStack"]),
    passing("cloudformation.amazonaws.com", &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"]),
    passing("cloudformation.amazonaws.com", &["cloudformation:SetStackPolicy", "cloudformation:UpdateStack"]),
    passing("glue.amazonaws.com", &["glue:CreateDevEndpoint"]),
    passing("glue.amazonaws.com", &["glue:CreateJob", "glue:StartJobRun"]),
    passing("glue.amazonaws.com", &["glue:CreateJob", "glue:CreateTrigger"]),
    passing("glue.amazonaws.com", &["glue:UpdateJob", "glue:StartJobRun"]),
    passing("glue.amazonaws.com", &["glue:UpdateJob", "glue:CreateTrigger"]),
    passing("glue.amazonaws.com", &["glue:CreateSession", "glue:RunStatement"]),
    passing(
        "sagemaker.amazonaws.com",
        &["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
    ),
    passing("sagemaker.amazonaws.com", &["sagemaker:CreateTrainingJob"]),
    passing("sagemaker.amazonaws.com", &["sagemaker:CreateProcessingJob"]),
    passing("sagemaker.amazonaws.com", &["sagemaker:CreateHyperParameterTuningJob"]),
    passing("ecs-tasks.amazonaws.com", &["ecs:RunTask"]),
    passing("ecs-tasks.amazonaws.com", &["ecs:StartTask"]),
    passing("ecs-tasks.amazonaws.com", &["ecs:RegisterTaskDefinition", "ecs:CreateService"]),
    passing("ecs-tasks.amazonaws.com", &["ecs:RegisterTaskDefinition", "ecs:UpdateService"]),
    passing("codebuild.amazonaws.com", &["codebuild:CreateProject", "codebuild:StartBuild"]),
    passing("codebuild.amazonaws.com", &["codebuild:UpdateProject", "codebuild:StartBuild"]),
    passing("codepipeline.amazonaws.com", &["codepipeline:CreatePipeline"]),
    passing(
        "datapipeline.amazonaws.com",
        &["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"],
    ),
    passing("states.amazonaws.com", &["states:CreateStateMachine", "states:StartExecution"]),
    passing("scheduler.amazonaws.com", &["scheduler:CreateSchedule"]),
    passing("ssm.amazonaws.com", &["ssm:StartAutomationExecution"]),
    passing("tasks.apprunner.amazonaws.com", &["apprunner:CreateService"]),
];
